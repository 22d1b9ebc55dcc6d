"""督办总览: where every case stands (supervision office, vice mayors)."""
