"""コールセンターKPI: the figures by theme, what stands behind each, and their targets."""
