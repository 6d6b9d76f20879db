"""分析: one view at a time, the way from each mark to its cases, files of what is shown."""
