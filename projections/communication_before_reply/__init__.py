"""先沟通后答复: was the member contacted before the reply (compliance staff)."""
