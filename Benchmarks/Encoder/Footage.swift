import FrameCodec
import PictureQuality

/// Some pictures of a clip in a row, as an encoder gets them.
struct Footage: ~Copyable {
    let name: String
    let size: PictureSize
    private let pictures: [Held]

    /// A picture that an array can hold.
    private final class Held: Sendable {
        let picture: Picture

        init(_ picture: consuming Picture) {
            self.picture = picture
        }
    }

    /// Decodes `count` pictures of a clip, from the `first` one on.
    init(path: String, first: Int, count: Int) throws {
        var reader = try ClipReader(path: path)
        var converter = PictureConverter()
        var pictures: [Held] = []
        var number = 0
        try reader.decode { picture in
            if number >= first, pictures.count < count { pictures.append(Held(try converter.convert(picture))) }
            number += 1
        }
        guard let last = pictures.last else { throw NoPictures(path: path, count: number) }
        size = last.picture.size
        let file = path.split(separator: "/").last.map(String.init) ?? path
        name = file.split(separator: ".").first.map(String.init) ?? file
        self.pictures = pictures
    }

    /// How many pictures there are.
    var count: Int { pictures.count }

    func withPicture<Result>(_ index: Int, _ body: (borrowing Picture) throws -> Result) rethrows -> Result {
        try body(pictures[index].picture)
    }
}

struct NoPictures: Error, CustomStringConvertible {
    let path: String
    let count: Int

    var description: String { "\(path) has \(count) pictures, which is too few" }
}
