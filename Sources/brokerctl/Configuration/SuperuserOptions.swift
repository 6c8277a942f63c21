import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whether a command that others talk to, or that decodes what others send, may run as root.
struct SuperuserOptions: ParsableArguments {
    @Flag(help: SettingKey.allowsRoot.help) var allowRoot = false

    /// - Throws: ``SettingError`` when this is root and nobody said that it may be.
    func check(_ settings: Settings) throws {
        guard geteuid() == 0, try settings.flag(.allowsRoot, isSet: allowRoot) != true else { return }
        throw SettingError(
            "this is root, which a program that others reach should not be: start it as another user, or say --allow-root if it must be"
        )
    }
}
