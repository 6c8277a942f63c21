import ArgumentParser
import StreamBrokerKit

/// The limits and deadlines of a server that hardly anybody changes.
struct LimitOptions: ParsableArguments {
    @Option(help: SettingKey.maximumConnectionsPerAddress.help) var maxConnectionsPerAddress: String?
    @Option(help: SettingKey.floodLockout.help) var floodLockoutSeconds: String?
    @Option(help: SettingKey.drainTimeout.help) var drainSeconds: String?
    @Option(help: SettingKey.trustedProxies.help) var trustedProxies: String?
    @Option(help: SettingKey.maximumDimensions.help) var maxDimensions: String?
    @Option(help: SettingKey.maximumTargetBytes.help) var maxTargetBytes: String?
    @Option(help: SettingKey.maximumHeaderBytes.help) var maxHeaderBytes: String?
    @Option(help: SettingKey.maximumHeaderFields.help) var maxHeaderFields: String?
    @Option(help: SettingKey.maximumRequestsPerConnection.help) var maxRequestsPerConnection: String?
    @Option(help: SettingKey.headTimeout.help) var headTimeoutSeconds: String?
    @Option(help: SettingKey.bodyTimeout.help) var bodyTimeoutSeconds: String?
    @Option(help: SettingKey.minimumBodyRate.help) var minBodyBytesPerSecond: String?
    @Option(help: SettingKey.idleTimeout.help) var idleTimeoutSeconds: String?
    @Option(help: SettingKey.maximumPostsInFlight.help) var maxPostsInFlight: String?
    @Option(help: SettingKey.maximumPostBytesInFlight.help) var maxPostBytesInFlight: String?
    @Option(help: SettingKey.maximumMessageBytes.help) var maxMessageBytes: String?
    @Option(help: SettingKey.maximumMessageFragments.help) var maxMessageFragments: String?
    @Option(help: SettingKey.maximumMessagesPerSecond.help) var maxMessagesPerSecond: String?
    @Option(help: SettingKey.pingInterval.help) var pingIntervalSeconds: String?
    @Option(help: SettingKey.pingTimeout.help) var pingTimeoutSeconds: String?
    @Option(help: SettingKey.closeTimeout.help) var closeTimeoutSeconds: String?

    /// Puts what the flags and the settings say into a server's configuration.
    ///
    /// - Throws: ``SettingError``.
    func apply(_ settings: Settings, to server: inout BrokerServerConfiguration) throws(SettingError) {
        try applyToConnections(settings, &server)
        try applyToRequests(settings, &server.limits)
        try applyToViewers(settings, &server.viewers)
    }

    private func applyToConnections(
        _ settings: Settings,
        _ server: inout BrokerServerConfiguration
    ) throws(SettingError) {
        let flag = maxConnectionsPerAddress
        if let limit = try settings.integer(.maximumConnectionsPerAddress, flag: flag, in: 1...1_000_000) {
            server.maximumConnectionsPerAddress = limit
        }
        if let seconds = try settings.integer(.floodLockout, flag: floodLockoutSeconds, in: 0...86_400) {
            server.floodLockout = .seconds(seconds)
        }
        if let time = try settings.seconds(.drainTimeout, flag: drainSeconds) { server.drainTimeout = time }
        if let text = settings.text(.trustedProxies, flag: trustedProxies) {
            guard let proxies = TrustedProxies(text.split { $0 == "," || $0 == " " }.map(String.init)) else {
                throw SettingError("--trusted-proxies: \"\(text)\" has something else than IP addresses and loopback")
            }
            server.trustedProxies = proxies
        }
    }

    private func applyToRequests(_ settings: Settings, _ limits: inout RequestLimits) throws(SettingError) {
        if let largest = try settings.dimensions(.maximumDimensions, flag: maxDimensions) {
            limits.maximumDimensions = largest
        }
        if let bytes = try settings.integer(.maximumTargetBytes, flag: maxTargetBytes, in: 256...65_536) {
            limits.maximumTargetBytes = bytes
        }
        if let bytes = try settings.integer(.maximumHeaderBytes, flag: maxHeaderBytes, in: 1_024...1_048_576) {
            limits.maximumHeaderBytes = bytes
        }
        if let count = try settings.integer(.maximumHeaderFields, flag: maxHeaderFields, in: 20...10_000) {
            limits.maximumHeaderFields = count
        }
        let flag = maxRequestsPerConnection
        if let count = try settings.integer(.maximumRequestsPerConnection, flag: flag, in: 1...1_000_000_000) {
            limits.maximumRequestsPerConnection = count
        }
        if let time = try settings.seconds(.headTimeout, flag: headTimeoutSeconds) { limits.headTimeout = time }
        if let time = try settings.seconds(.bodyTimeout, flag: bodyTimeoutSeconds) { limits.bodyTimeout = time }
        if let rate = try settings.integer(.minimumBodyRate, flag: minBodyBytesPerSecond, in: 0...1_000_000_000) {
            limits.minimumBodyBytesPerSecond = rate
        }
        if let time = try settings.seconds(.idleTimeout, flag: idleTimeoutSeconds) { limits.idleTimeout = time }
        if let count = try settings.integer(.maximumPostsInFlight, flag: maxPostsInFlight, in: 1...1_000_000) {
            limits.maximumPostsInFlight = count
        }
        let range = 1_000...1_000_000_000_000
        if let bytes = try settings.integer(.maximumPostBytesInFlight, flag: maxPostBytesInFlight, in: range) {
            limits.maximumPostBytesInFlight = bytes
        }
    }

    private func applyToViewers(_ settings: Settings, _ viewers: inout ViewerConfiguration) throws(SettingError) {
        if let bytes = try settings.integer(.maximumMessageBytes, flag: maxMessageBytes, in: 125...67_108_864) {
            viewers.messages.messageLength = bytes
        }
        if let count = try settings.integer(.maximumMessageFragments, flag: maxMessageFragments, in: 1...1_000_000) {
            viewers.messages.fragments = count
        }
        if let rate = try settings.integer(.maximumMessagesPerSecond, flag: maxMessagesPerSecond, in: 1...1_000_000) {
            viewers.maximumMessagesPerSecond = rate
        }
        if let time = try settings.seconds(.pingInterval, flag: pingIntervalSeconds) { viewers.pingInterval = time }
        if let time = try settings.seconds(.pingTimeout, flag: pingTimeoutSeconds) { viewers.pingTimeout = time }
        if let time = try settings.seconds(.closeTimeout, flag: closeTimeoutSeconds) { viewers.closeTimeout = time }
    }
}

extension Settings {
    /// A time in whole seconds, from one to a day.
    fileprivate func seconds(_ key: SettingKey, flag: String?) throws(SettingError) -> Duration? {
        try integer(key, flag: flag, in: 1...86_400).map { .seconds($0) }
    }

    /// Width and height, as in 3840x2160. WebP ends at 16383, and other formats' larger pictures serve nobody.
    fileprivate func dimensions(_ key: SettingKey, flag: String?) throws(SettingError) -> ImageDimensions? {
        guard let found = find(key, flag: flag) else { return nil }
        let sides = found.text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard sides.count == 2, sides.allSatisfy({ (16...16_383).contains($0) }) else {
            throw SettingError(
                "\(found.place): \"\(found.text)\" is not WIDTHxHEIGHT with sides from 16 to 16383, such as 3840x2160"
            )
        }
        return ImageDimensions(width: sides[0], height: sides[1])
    }
}
