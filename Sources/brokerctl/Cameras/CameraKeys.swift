package import ConfigurationFiles

extension SettingKey {
    /// What can be said of a camera in a cameras' file: all that `publish` has, but where its frames go.
    static let ofCameras: [SettingKey] = [
        .source, .frameRate, .quality, .encoderChoice, .encoderWorkers, .width, .height, .imageCodec, .bitRate,
        .latencyBudget, .skipsUnchanged, .renditions, .transport, .silenceSeconds, .loop, .fullRate,
    ]

    /// What can be said at the top of a cameras' file: all that `serve` has.
    static let ofServers: [SettingKey] =
        [
            .port, .bind, .logLevel, .logFormat, .allowsRoot, .maximumFrameBytes, .maximumStreams, .maximumConnections,
            .maximumViewers,
            .maximumViewersPerStream, .maximumViewersPerAddress, .streamIdleSeconds, .usesCaddy,
            .caddyPort, .caddyDomain, .tlsCertificate, .tlsKey, .tlsSelfSigned, .tlsFolder, .accessFile, .anonymousView,
            .anonymousPublish,
            .allowedOrigins,
        ] + ofLimits

    /// The key of a camera's setting: its flag without dashes, as in `fps`.
    var cameraKey: String { String(flag.drop { $0 == "-" }).replacing("-", with: "_") }

    /// The key of a setting of a program: its environment name in lower case, as in every configuration file.
    var fileKey: String { environmentName.lowercased() }
}

extension CamerasVocabulary {
    /// What this program understands.
    static let ofBrokerctl = CamerasVocabulary(
        cameraKeys: Dictionary(uniqueKeysWithValues: SettingKey.ofCameras.map { ($0.cameraKey, $0.environmentName) }),
        serverKeys: Dictionary(uniqueKeysWithValues: SettingKey.ofServers.map { ($0.fileKey, $0.environmentName) }),
        sourceSetting: SettingKey.source.environmentName,
        cameraKeySynonyms: Dictionary(uniqueKeysWithValues: SettingKey.ofCameras.map { ($0.fileKey, $0.cameraKey) })
    )
}

extension CamerasFile {
    /// Reads a file's text.
    ///
    /// - Parameter path: How to name the file in errors.
    /// - Throws: `ConfigurationFileError`.
    package init(yaml: String, path: String) throws(ConfigurationFileError) {
        try self.init(yaml: yaml, path: path, vocabulary: .ofBrokerctl)
    }
}
