/// Who may do what. Documentation/Access.md explains it.
extension SettingKey {
    static let accessFile = SettingKey(
        "ACCESS_FILE",
        flag: "--access-file",
        "A YAML file that says who may do what: hashes of tokens, keys of JSON Web Tokens, the secret of viewer links. SIGHUP has it read anew.",
        default: "none"
    )
    static let anonymousView = SettingKey(
        "ANONYMOUS_VIEW",
        flag: "--anonymous-view",
        "Let everybody view every stream without a token.",
        default: "false; true for a broker that only this machine reaches and that has no tokens"
    )
    static let anonymousPublish = SettingKey(
        "ANONYMOUS_PUBLISH",
        flag: "--anonymous-publish",
        "Let everybody publish without a token.",
        default: "as for --anonymous-view"
    )
    static let allowedOrigins = SettingKey(
        "ALLOW_ORIGIN",
        flag: "--allow-origin",
        "The origin of web pages that may use the broker besides its own, as in https://example.org. Can be given several times; in the environment, commas lie between them.",
        default: "none; pages of other ports of this machine"
    )
    static let publishToken = secret("PUBLISH_TOKEN", "A token that may publish every stream.")
    static let viewToken = secret("VIEW_TOKEN", "A token that may view every stream.")
    static let adminToken = secret("ADMIN_TOKEN", "A token that may read the metrics and the list of all streams.")
    static let brokerToken = secret("BROKER_TOKEN", "The token to show to the broker.")
    static let tokenFile = SettingKey(
        "TOKEN_FILE",
        flag: "--token-file",
        "A file with the token to show to the broker; or set BROKER_TOKEN.",
        default: "none"
    )

    /// A secret has no flag: everybody on the machine can read what a process was started with.
    private static func secret(_ name: String, _ meaning: String) -> SettingKey {
        SettingKey(name, flag: name, meaning, default: "none")
    }
}
