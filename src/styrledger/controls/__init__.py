"""Internal control as code: named rules that look at a view and tell what they find."""
