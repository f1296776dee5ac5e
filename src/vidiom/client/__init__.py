"""What applications call: operations written once as flows, and a client for each world."""
