import ArgumentParser
import LoadGenerator

/// Puts a load on a broker and reports what its viewers saw.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Put a load on a broker and report what its viewers saw."
    )

    @Option(help: "The broker's host. (default: 127.0.0.1)") var host: String?
    @Option(help: "The broker's port. (default: 3090)") var port: Int?
    @Option(help: "A PEM file with the certificate to trust: everything then goes over TLS. (default: none)")
    var caCert: String?
    @Option(help: "Viewers, spread over the streams. (default: 100)") var viewers: Int?
    @Option(help: "Streams, each with a publisher. (default: 1)") var streams: Int?
    @Option(help: "Bytes per frame. (default: 40000)") var size: Int?
    @Option(help: "Frames per second and stream; 0 publishes nothing. (default: 30)") var fps: Double?
    @Option(help: "Seconds to measure. (default: 10)") var seconds: Double?
    @Option(help: "Further viewers that read slowly. (default: 0)") var slow: Int?
    @Option(help: "Bytes per second that slow viewers read. (default: 300000)") var slowRate: Int?
    @Option(help: "Further viewers that never read. (default: 0)") var stalled: Int?
    @Option(help: "Viewers replaced per second. (default: 0)") var churn: Double?
    @Flag(help: "Viewers use stream-broker.v1 and acknowledge frames.") var ack = false
    @Option(help: "The broker's process id on this machine: measures its CPU time and memory.") var pid: Int?
    @Option(help: "The path viewers connect to. (default: /ws/{stream})") var viewerPath: String?
    @Option(help: "The path frames are posted to. (default: /ingest/{stream})") var ingestPath: String?
    @Option(help: "What frames are posted as. (default: image/webp)") var contentType: String?
    @Flag(help: "Print the report as JSON.") var json = false
    @OptionGroup var token: ClientToken

    func run() async throws {
        FileLimit.raise()
        var load = LoadConfiguration()
        if let host { load.host = host }
        if let port { load.port = port }
        load.caCertificateFile = caCert
        if let viewers { load.viewers = viewers }
        if let streams { load.streams = streams }
        if let size { load.frameBytes = size }
        if let fps { load.framesPerSecond = fps }
        if let seconds { load.seconds = seconds }
        if let slow { load.slowViewers = slow }
        if let slowRate { load.slowBytesPerSecond = slowRate }
        if let stalled { load.stalledViewers = stalled }
        if let churn { load.churnPerSecond = churn }
        if let viewerPath { load.viewerPath = viewerPath }
        if let ingestPath { load.ingestPath = ingestPath }
        if let contentType { load.contentType = contentType }
        load.acknowledges = ack
        load.processID = pid
        load.token = UnwrittenToken(try token.read(try await Settings()))
        let report = try await LoadRun(load).run()
        print(json ? report.json : report.text)
    }
}
