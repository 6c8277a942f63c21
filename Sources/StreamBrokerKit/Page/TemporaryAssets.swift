package struct PageAsset: Sendable { package let path: String; package let contentType: String; package let etag: String; package let bytes: [UInt8] }
package enum PageAssets { package static func asset(at path: String) -> PageAsset? { nil }
 package static let contentSecurityPolicy = "default-src 'self'" }
