"""Webhooks, pure: what was delivered, and how vendors sign."""
