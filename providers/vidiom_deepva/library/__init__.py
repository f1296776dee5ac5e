"""What an account keeps at the vendor besides jobs: datasets, models, dictionaries, transcripts."""
