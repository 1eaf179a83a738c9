"""What Redis does for us: news between processes. Redis is never the only copy of anything."""
