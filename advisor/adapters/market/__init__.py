"""Sources of market data behind the market port: the embedded sample, Yahoo Finance, and the one that chooses between them."""
