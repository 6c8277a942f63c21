/// Facts about this build.
public enum StreamBroker {
    /// The version of the library and of `brokerctl`.
    public static let version = "0.1.0"
}
