"""From prices to estimates: the weeks that count, covariance, means, and the record that an optimiser works on."""
