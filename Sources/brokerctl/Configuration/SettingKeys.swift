import FrameCodec
import RTSPCapture
import StreamBrokerKit

extension SettingKey {
    private static let server = BrokerServerConfiguration()
    private static let broker = BrokerConfiguration()
    private static let page = PageServerConfiguration()
    private static let capture = CaptureConfiguration(source: .testPicture())
    private static let encoder = WebPEncoder.Configuration()

    package static let port = SettingKey("PORT", flag: "--port", "The TCP port to listen on.", default: server.port)
    static let webPort = SettingKey("PORT", flag: "--port", "The TCP port to listen on.", default: page.port)
    static let brokerOfPage = SettingKey(
        "BROKER_URL",
        flag: "--broker",
        "The address of the broker that the page connects to.",
        default: "port \(server.port) of the page's host"
    )
    package static let bind = SettingKey(
        "BIND_ADDRESS",
        flag: "--bind",
        "The address to listen on; 0.0.0.0 lets other machines in.",
        default: server.host
    )
    static let socketPath = SettingKey(
        "SOCKET_PATH",
        flag: "--socket",
        "A Unix socket to listen on besides, for publishers of this user: publish --broker unix:PATH.",
        default: "none"
    )
    static let usesCaddy = SettingKey(
        "USE_CADDY",
        flag: "--caddy",
        "Start Caddy in front of the broker, for TLS and HTTP/2; the broker then listens on 127.0.0.1 and the next port.",
        default: false
    )
    static let caddyPort = SettingKey(
        "CADDY_PORT",
        flag: "--caddy-port",
        "The port that Caddy listens on.",
        default: "\(server.port), or 443 for a domain"
    )
    static let caddyDomain = SettingKey(
        "CADDY_DOMAIN",
        flag: "--caddy-domain",
        "The domain for which Caddy gets a public certificate; ports 80 and 443 must be reachable from the internet.",
        default: "none: a certificate of Caddy's own authority"
    )
    static let tlsCertificate = SettingKey(
        "TLS_CERT",
        flag: "--tls-cert",
        "A PEM file with the certificate to serve https and wss with; read again when it changes, and at SIGHUP.",
        default: "none: http and ws"
    )
    static let tlsKey = SettingKey(
        "TLS_KEY",
        flag: "--tls-key",
        "A PEM file with the certificate's key.",
        default: "none"
    )
    static let tlsSelfSigned = SettingKey(
        "TLS_SELF_SIGNED",
        flag: "--tls-self-signed",
        "Serve https and wss with a certificate of the broker's own, which clients are told to trust.",
        default: false
    )
    static let tlsFolder = SettingKey(
        "TLS_FOLDER",
        flag: "--tls-folder",
        "Where the certificate of --tls-self-signed and its key are kept.",
        default: "STATE_DIRECTORY, else XDG_STATE_HOME/stream-broker, else ~/.local/state/stream-broker"
    )
    package static let logLevel = SettingKey(
        "LOG_LEVEL",
        synonym: "RUST_LOG",
        flag: "--log-level",
        "The least important messages to log: trace, debug, info, notice, warning, error or critical.",
        default: "info"
    )
    static let logFormat = SettingKey(
        "LOG_FORMAT",
        flag: "--log-format",
        "How the log is written: text for people, or json, an object a line, for programs that collect logs.",
        default: "text"
    )
    static let allowsRoot = SettingKey(
        "ALLOW_ROOT",
        flag: "--allow-root",
        "Whether to run as root.",
        default: false
    )
    static let maximumFrameBytes = SettingKey(
        "MAX_FRAME_BYTES",
        flag: "--max-frame-bytes",
        "The largest frame in bytes.",
        default: server.limits.maximumFrameBytes
    )
    static let maximumStreams = SettingKey(
        "MAX_STREAMS",
        flag: "--max-streams",
        "The most streams at once.",
        default: broker.maximumStreams
    )
    static let maximumConnections = SettingKey(
        "MAX_CONNECTIONS",
        flag: "--max-connections",
        "The most connections at once.",
        default: server.maximumConnections
    )
    static let maximumViewers = SettingKey(
        "MAX_VIEWERS",
        flag: "--max-viewers",
        "The most viewers at once.",
        default: server.viewerLimits.maximumViewers
    )
    static let maximumViewersPerStream = SettingKey(
        "MAX_VIEWERS_PER_STREAM",
        flag: "--max-viewers-per-stream",
        "The most viewers of one stream.",
        default: server.viewerLimits.maximumViewersPerStream
    )
    static let maximumViewersPerAddress = SettingKey(
        "MAX_VIEWERS_PER_ADDRESS",
        flag: "--max-viewers-per-address",
        "The most viewers from one address; this machine itself is not limited.",
        default: server.viewerLimits.maximumViewersPerAddress
    )
    static let streamIdleSeconds = SettingKey(
        "STREAM_IDLE_SECONDS",
        flag: "--stream-idle-seconds",
        "How long a stream is kept that nobody publishes or watches.",
        default: broker.streamIdleTimeout.components.seconds
    )
    static let debugEcho = SettingKey(
        "DEBUG_ECHO",
        flag: "--debug-echo",
        "Have a WebSocket at /debug/echo that says back what it is told, for conformance suites; not for a server that others can reach.",
        default: false
    )

    package static let source = SettingKey(
        "RTSP_URL",
        flag: "--source",
        "The camera: rtsp://, rtsps://, http:// (MJPEG), a file, or test: for a test picture.",
        default: "none"
    )
    static let brokerURL = SettingKey(
        "BROKER_URL",
        flag: "--broker",
        "The broker's address.",
        default: "http://127.0.0.1:3090, or what USE_HTTPS and BROKER_PORT say"
    )
    static let usesHTTPS = SettingKey("USE_HTTPS", flag: "--broker", "Whether the broker has TLS.", default: false)
    static let brokerPort = SettingKey("BROKER_PORT", flag: "--broker", "The broker's port.", default: server.port)
    package static let stream = SettingKey("STREAM_ID", flag: "--stream", "The stream's name.", default: "stream1")
    static let frameRate = SettingKey(
        "TARGET_FPS",
        flag: "--fps",
        "The most frames per second.",
        default: Int(capture.frameRate ?? 30)
    )
    static let quality = SettingKey(
        "QUALITY",
        flag: "--quality",
        "WebP quality, 0 to 100.",
        default: Int(encoder.quality)
    )
    static let encoderChoice = SettingKey(
        "ENCODER",
        flag: "--encoder",
        "What makes the images: live (made for video), libwebp, or auto: live where the processor has AVX2.",
        default: "auto"
    )
    static let width = SettingKey("WIDTH", flag: "--width", "The largest width in pixels.", default: "the source's")
    static let height = SettingKey("HEIGHT", flag: "--height", "The largest height in pixels.", default: "the source's")
    static let imageCodec = SettingKey(
        "CODEC",
        flag: "--codec",
        "What is published: webp, or source: the JPEG images of a Motion JPEG camera as they come, which costs next to nothing.",
        default: "webp"
    )
    static let bitRate = SettingKey(
        "BITRATE",
        flag: "--bitrate",
        "The most bits per second, such as 8M or 800k; quality, and last the size, give way.",
        default: "no limit"
    )
    static let latencyBudget = SettingKey(
        "LATENCY_BUDGET_MS",
        flag: "--latency-budget",
        "Milliseconds that encoding a picture may take, 19 of 20 times; quality, and last the size, give way.",
        default: "no limit"
    )
    static let skipsUnchanged = SettingKey(
        "SKIP_UNCHANGED",
        flag: "--skip-unchanged",
        "Do not encode pictures that show nothing new; the last one is repeated every second.",
        default: false
    )
    static let renditions = SettingKey(
        "RENDITIONS",
        flag: "--rendition",
        "A smaller or slower version, published as STREAM~NAME: NAME=WIDTHxHEIGHT@FPS,qN, where rate and quality may be left out. Can be given several times; in the environment, blanks lie between them.",
        default: "none"
    )
    static let transport = SettingKey(
        "RTSP_TRANSPORT",
        flag: "--transport",
        "How RTSP media travel: tcp, udp or auto.",
        default: "tcp"
    )
    static let silenceSeconds = SettingKey(
        "SILENCE_SECONDS",
        flag: "--silence-seconds",
        "How long the camera may send nothing until it is opened again; more for one that makes a picture every few seconds.",
        default: capture.silenceDeadline.components.seconds
    )
    static let probeSeconds = SettingKey(
        "PROBE_SECONDS",
        flag: "--seconds",
        "How many seconds to look at the camera; up to 7 more when two keyframes have not come by then.",
        default: 5
    )
    static let encoderWorkers = SettingKey(
        "ENCODER_WORKERS",
        flag: "--encoder-workers",
        "How many pictures are encoded at a time, each by a thread of its own.",
        default: "2, or 1 on a machine with one core"
    )
    static let fullRate = SettingKey(
        "FULL_RATE",
        flag: "--full-rate",
        "Send every frame even while nobody watches; else one a second then.",
        default: false
    )
    static let loop = SettingKey("LOOP", flag: "--loop", "Play a file again and again.", default: false)
    static let verifiesTLS = SettingKey(
        "VERIFY_SSL",
        flag: "--insecure",
        "Do not check the broker's certificate: anybody on the way can read and change the pictures.",
        default: true
    )
    static let caCertificate = SettingKey(
        "CA_CERT",
        flag: "--ca-cert",
        "A PEM file with the certificate authority to trust.",
        default: "the system's"
    )
}
