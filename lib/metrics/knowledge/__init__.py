"""What past cases teach: finding like ones, and whether their customers came back."""
