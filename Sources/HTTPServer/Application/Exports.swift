// An application imports HTTPServer alone: requests, methods and statuses come with it.
@_exported import HTTPCodec
