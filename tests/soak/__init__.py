"""A long run of random operations with kills among them, held to a plain model."""
