import ConfigurationFiles
import Testing
import brokerctl

@Suite("Reading a file of cameras")
struct CamerasFileTests {
    private func read(_ yaml: String) throws -> CamerasFile { try CamerasFile(yaml: yaml, path: "c.yaml") }

    private func mistake(in yaml: String) -> ConfigurationFileError? {
        do throws(ConfigurationFileError) {
            _ = try CamerasFile(yaml: yaml, path: "c.yaml")
            return nil
        } catch {
            return error
        }
    }

    @Test("Cameras keep their order, take the defaults that they do not replace, and know where each value stands")
    func values() throws {
        let file = try read(
            """
            port: 1234
            bind_address: 0.0.0.0
            defaults:
              fps: 15
              width: 640
            cameras:
              zoo:
                source: rtsp://10.0.0.7/stream
                fps: 5
                on_demand: yes
              aula:
                source: "test:"
                encoder_workers: 2
            """
        )
        #expect(file.server["PORT"] == .init("1234", place: "port in c.yaml, line 1"))
        #expect(file.server["BIND_ADDRESS"]?.text == "0.0.0.0")
        #expect(file.cameras.map { "\($0.stream)" } == ["zoo", "aula"])
        #expect(file.cameras.map(\.isOnDemand) == [true, false])
        let zoo = file.cameras[0].settings.mapValues(\.text)
        #expect(zoo == ["RTSP_URL": "rtsp://10.0.0.7/stream", "TARGET_FPS": "5", "WIDTH": "640"])
        #expect(file.cameras[0].settings["TARGET_FPS"]?.place == "fps of camera zoo in c.yaml, line 9")
        #expect(file.cameras[1].settings["TARGET_FPS"]?.place == "fps of defaults in c.yaml, line 4")
        #expect(file.cameras[1].settings["ENCODER_WORKERS"]?.text == "2")
    }

    @Test("A camera has all that is published, several renditions in a list included")
    func renditions() throws {
        let yaml = "cameras:\n  a:\n    source: x\n    rendition: [s=320x180@5, \"t=80x45,q50\"]\n    bitrate: 8M"
        let camera = try #require(try read(yaml).cameras.first)
        #expect(camera.settings["RENDITIONS"]?.text == "s=320x180@5 t=80x45,q50")
        #expect(camera.settings["BITRATE"]?.text == "8M")
    }

    @Test(
        "A mistake is told with its line, and with what was meant",
        arguments: [
            ("cameras:\n  a:\n    source: x.mp4\n    fsp: 3", .unknownKey, 4, "did you mean fps?"),
            ("cameras:\n  a:\n    target_fps: 3", .unknownKey, 3, "did you mean fps?"),
            ("prot: 3\ncameras:\n  a:\n    source: x", .unknownKey, 1, "did you mean port?"),
            ("cameras:\n  a:\n    sourze: x", .unknownKey, 3, "did you mean source?"),
            ("cameras:\n  a:\n    qqqqqq: x", .unknownKey, 3, "There are bitrate,"),
            ("cameras:\n  a:\n    fps: 3", .missingKey, 2, "camera a has no source"),
            ("port: 3", .missingKey, nil, "it has no cameras"),
            ("", .missingKey, nil, "it is empty"),
            ("cameras:\n  - a", .wrongShape, 2, "cameras must be keys with values"),
            ("cameras:\n  a: rtsp://h/", .wrongShape, 2, "camera a must be keys with values"),
            ("cameras:\n  a:\n    source: {b: c}", .wrongShape, 3, "source must be a single value"),
            ("cameras:\n  'a b':\n    source: x", .invalidName, 2, "the name of its stream"),
            ("cameras:\n  a:\n    source: x\n    on_demand: maybe", .invalidValue, 4, "neither true nor false"),
            ("cameras:\n  a:\n    source: \"x\\ny\"", .invalidValue, 3, "a line break"),
            ("cameras:\n  a:\n    source: 'x", .notYAML, 3, "this is not YAML"),
            ("cameras:\n  a:\n    source: x\n  a:\n    source: y", .notYAML, 2, "a key is there twice"),
        ] as [(String, ConfigurationFileError.Code, Int?, String)]
    )
    func mistakes(yaml: String, code: ConfigurationFileError.Code, line: Int?, words: String) throws {
        let failure = try #require(mistake(in: yaml))
        #expect(failure.code == code)
        #expect(failure.place?.line == line)
        #expect(failure.description.contains(words), "\(failure)")
        #expect(failure.description.hasPrefix(line.map { "c.yaml, line \($0), column " } ?? "c.yaml: "))
    }

    @Test("No mistake quotes a line, in which a password may stand")
    func secrets() throws {
        let line = "source: rtsp://user:canary@h/"
        for yaml in [
            "cameras:\n  a:\n    \(line)\n   x: y", "cameras:\n  a:\n    \(line)\n    \"canary: y",
            "cameras:\n  a:\n    \(line)\n    canary",
            "cameras:\n  a:\n    x: y\n    \(line)", "cameras:\n  a:\n    \(line)\n    fps: [canary",
        ] {
            #expect(!"\(try #require(mistake(in: yaml)))".contains("canary@"))
        }
    }

    @Test("Words are as far apart as they have letters to change")
    func spelling() {
        #expect(Spelling.distance("fps", "fsp") == 1)
        #expect(Spelling.distance("", "abc") == 3)
        #expect(Spelling.distance("width", "Width") == 0)
        #expect(Spelling.distance("on-demand", "on_demand") == 1)
        #expect(Spelling.nearest(to: "heigth", among: ["width", "height"]) == "height")
        #expect(Spelling.nearest(to: "colour", among: ["width", "height"]) == nil)
    }
}
