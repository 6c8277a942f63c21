/// Which keys a cameras' file may have, and the settings that they stand for, by the environment's names.
package struct CamerasVocabulary: Sendable {
    /// What can be said of a camera, by the names of flags.
    package var cameraKeys: [String: String]
    /// What can be said at the top of the file, by the environment's names in lower case.
    package var serverKeys: [String: String]
    /// Under which a camera must say where it is: a setting.
    package var sourceSetting: String
    /// Keys of cameras by how other places call them, to guess what somebody meant.
    package var cameraKeySynonyms: [String: String]

    package init(
        cameraKeys: [String: String],
        serverKeys: [String: String],
        sourceSetting: String,
        cameraKeySynonyms: [String: String]
    ) {
        self.cameraKeys = cameraKeys
        self.serverKeys = serverKeys
        self.sourceSetting = sourceSetting
        self.cameraKeySynonyms = cameraKeySynonyms
    }
}
