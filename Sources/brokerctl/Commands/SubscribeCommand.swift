import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import StreamBrokerKit

/// A viewer for the terminal.
struct SubscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscribe",
        abstract: "View a stream in the terminal: rate, size, age, gaps."
    )

    @Argument(help: "The stream's address, for example ws://127.0.0.1:3090/ws/stream1.") var url: String
    @Option(help: "A folder to save every frame in.") var save: String?
    @Option(help: "How many frames to take before ending. (default: no end)") var count: Int?
    @Flag(help: "Print JSON, an object per line.") var json = false
    @Flag(help: SettingKey.verifiesTLS.help) var insecure = false
    @Option(help: SettingKey.caCertificate.help) var caCert: String?
    @OptionGroup var token: ClientToken
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count is a number above 0") }
    }

    func run() async throws {
        let (settings, logger) = try await common.start()
        var configuration = FrameSubscriberConfiguration()
        // Whoever saves frames or counts them wants each one that comes.
        if save != nil || count != nil {
            configuration.delivery = .dropOldest(limit: 64)
            configuration.acknowledgesFrames = false
        }
        // A script that waits for so many frames is to be told when there is no broker; a person who watches waits for it.
        if count != nil { configuration.reconnection = .afterFirstConnection }
        configuration.tls.verifiesCertificates = insecure ? false : try settings.flag(.verifiesTLS) ?? true
        configuration.tls.caCertificateFile = settings.text(.caCertificate, flag: caCert)
        var address = try ViewerURL(url)
        if let token = try token.read(settings) { address = address.authorized(by: token) }
        let subscriber = FrameSubscriber(address, configuration: configuration, logger: logger)
        let folder = try save.map { try FrameFolder(path: $0, stream: address.stream) }
        logger.info("subscribing", metadata: ["address": "\(address)"])
        try await runServices([
            TerminalViewer(subscriber: subscriber, folder: folder, limit: count, printsJSON: json)
        ])
    }
}
