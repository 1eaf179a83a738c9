"""A folder of price files as a provider."""
