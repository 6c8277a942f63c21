import Foundation
import FrameCodec
import PictureQuality

/// Runs contenders against each other on one clip: at each quality they take turns, picture by picture.
struct Measurement {
    let contenders: [Contender]
    let qualities: [Float]

    func run(_ footage: borrowing Footage) throws -> [Curve] {
        var curves = contenders.map { Curve(clip: footage.name, contender: $0, points: []) }
        for quality in qualities {
            let encoders = try contenders.map { try $0.makeEncoder(quality: quality) }
            var points = contenders.map { _ in Point(quality: quality) }
            // The first picture warms up; an encoder of video knows no frame before it.
            for encode in encoders { _ = try footage.withPicture(0, encode) }
            for index in 1..<footage.count {
                for (contender, encode) in encoders.enumerated() {
                    try footage.withPicture(index) { picture in
                        let (cpu, wall) = (Self.time(CLOCK_PROCESS_CPUTIME_ID), Self.time(CLOCK_MONOTONIC))
                        let image = try encode(picture)
                        points[contender].cpu += Self.time(CLOCK_PROCESS_CPUTIME_ID) - cpu
                        points[contender].wall += Self.time(CLOCK_MONOTONIC) - wall
                        points[contender].add(image, Self.similarity(picture, image))
                    }
                }
            }
            for contender in contenders.indices {
                curves[contender].points.append(points[contender].divided(by: Double(footage.count - 1)))
            }
        }
        return curves
    }

    private static func similarity(_ picture: borrowing Picture, _ image: EncodedImage) -> Similarity {
        guard let decoded = DecodedPlanes(byLibwebp: image.bytes, image.size) else {
            fatalError("libwebp does not decode an image of \(image.size)")
        }
        return Similarity(picture, decoded)
    }

    private static func time(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }
}

extension Point {
    fileprivate mutating func add(_ image: EncodedImage, _ similarity: Similarity) {
        bytes += Double(image.bytes.count)
        ssim += similarity.ssimDecibels
        lumaPSNR += similarity.lumaPSNR
        chromaPSNR += similarity.chromaPSNR
    }

    fileprivate func divided(by count: Double) -> Point {
        Point(
            quality: quality,
            bytes: bytes / count,
            ssim: ssim / count,
            lumaPSNR: lumaPSNR / count,
            chromaPSNR: chromaPSNR / count,
            cpu: cpu / count,
            wall: wall / count
        )
    }
}
