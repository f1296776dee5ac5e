-- A store of version 2 with one job. Never to be changed: version 3 gets a file of its own.
BEGIN TRANSACTION;
CREATE TABLE vidiom_job_archived (
	job_id VARCHAR(255) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	PRIMARY KEY (job_id, sha256), 
	FOREIGN KEY(job_id) REFERENCES vidiom_jobs (id) ON DELETE CASCADE
);
CREATE TABLE vidiom_job_history (
	number INTEGER NOT NULL, 
	job_id VARCHAR(255) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	"before" VARCHAR(32), 
	"after" VARCHAR(32) NOT NULL, 
	why TEXT, 
	by_whom VARCHAR(255), 
	PRIMARY KEY (number), 
	FOREIGN KEY(job_id) REFERENCES vidiom_jobs (id) ON DELETE CASCADE
);
INSERT INTO "vidiom_job_history" VALUES(1,'one','2026-01-02T03:04:05.678901+00:00',NULL,'created',NULL,'host:1');
CREATE TABLE vidiom_jobs (
	number INTEGER NOT NULL, 
	id VARCHAR(255) NOT NULL, 
	provider VARCHAR(255) NOT NULL, 
	account VARCHAR(255) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	vendor_id VARCHAR(255), 
	created_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, 
	revision INTEGER NOT NULL, 
	document TEXT NOT NULL, 
	campaign VARCHAR(255), 
	submitted_at VARCHAR(32), 
	collected INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (number), 
	CONSTRAINT vidiom_jobs_vendor_id UNIQUE (provider, account, vendor_id), 
	UNIQUE (id)
);
INSERT INTO "vidiom_jobs" VALUES(1,'one','acme','','created',NULL,'2026-01-02T03:04:05.678901+00:00','2026-01-02T03:04:05.678901+00:00',1,'{"job":{"id":"one","provider":"acme","account":null,"state":"created","vendor_id":null,"vendor_state":null,"progress":null,"eta_seconds":null,"stage":null,"error":null,"media":"https://media.example/one.mp4…","batch":false,"features":["shots","faces"],"created_at":"2026-01-02T03:04:05.678901Z","updated_at":"2026-01-02T03:04:05.678901Z"},"order":{"correlation":"one","media":{"type":"url","url":"https://media.example/one.mp4?signature=x"},"uploaded":null,"features":["faces","shots"],"language":"fi-FI","title":"Ein Käse-🧀","options":{"depth":3,"nested":{"list":[1,0.1,null,true,"x"]}},"callback":{"url":"https://me.example/hooks/1","secret":"a secret of one job"}},"ref":null,"answer":null,"ignored":["logos"],"submitted_at":null,"claim":null,"cancel_requested":false,"campaign":null}',NULL,NULL,0);
CREATE TABLE vidiom_leases (
	name VARCHAR(255) NOT NULL, 
	holder VARCHAR(255) NOT NULL, 
	until VARCHAR(32) NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE vidiom_meta (
	"key" VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "vidiom_meta" VALUES('schema_version','2');
CREATE INDEX vidiom_jobs_state ON vidiom_jobs (state, provider);
CREATE INDEX vidiom_jobs_campaign ON vidiom_jobs (campaign, state, collected);
CREATE INDEX vidiom_jobs_submitted ON vidiom_jobs (provider, account, submitted_at);
CREATE INDEX vidiom_jobs_account ON vidiom_jobs (provider, account, state, collected);
CREATE INDEX ix_vidiom_leases_holder ON vidiom_leases (holder);
CREATE INDEX ix_vidiom_job_history_job_id ON vidiom_job_history (job_id);
CREATE INDEX ix_vidiom_job_archived_sha256 ON vidiom_job_archived (sha256);
COMMIT;
