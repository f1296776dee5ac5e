"""Raw answers of any size for each provider, made the same in every run."""
