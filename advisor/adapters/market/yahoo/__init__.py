"""Yahoo Finance as a provider, by yfinance in a helper process."""
