import Testing

/// What `#require` is for values that cannot be copied.
func unwrap<Value: ~Copyable>(
    _ value: consuming Value?,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> Value {
    if let value { return value }
    Issue.record("there is no \(Value.self)", sourceLocation: sourceLocation)
    throw MissingValue()
}

private struct MissingValue: Error {}
