"""Stock: movements as events, balances as their sums, levels, reservations and coupons."""
