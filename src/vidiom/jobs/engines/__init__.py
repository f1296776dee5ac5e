"""What runs the steps: in this process by default, or a durable engine. Each is only a driver."""
