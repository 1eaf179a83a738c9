"""Ways to reach the operator."""
