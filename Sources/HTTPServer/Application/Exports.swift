// An application imports HTTPServer alone: routes, requests and responses come with it.
@_exported import HTTPCodec
@_exported import HTTPService
