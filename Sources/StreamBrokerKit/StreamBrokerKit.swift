@_exported public import StreamBrokerCore
