"""The failure of a call."""

import grpc


class PluginFailure(Exception):
    """A plugin cannot answer. This is not a denial: the operator's `on_error` decides about the player.

    The router gets and logs code and message, so the message must have no data of a player.
    """

    def __init__(self, message: str, code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
