"""Alpha Vantage as a provider."""
