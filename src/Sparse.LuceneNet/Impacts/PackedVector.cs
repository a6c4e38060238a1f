using System.Runtime.CompilerServices;
using Lucene.Net.Util;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Impacts;

/// <summary>Terms and impacts of one document in one payload, from <see cref="PackedImpactField"/> to the postings writer; never on disk in our own format.</summary>
/// <remarks>
/// <code>
/// Vector → Version, (Length, Utf8^Length, Impact)^n           n ≥ 1, in any order
///   Version    Byte    1
///   Length     VInt    bytes of the term, > 0
///   Impact     Byte    1 to 255
/// </code>
/// Terms are spelt out so that a payload stands alone: documents of many vocabularies may share a segment, and other formats may keep it.
/// </remarks>
internal sealed class PackedVector
{
    private const byte Version = 1;

    private static readonly ConditionalWeakTable<Vocabulary, SpeltTerms> Spelt = [];

    /// <summary>The payload; valid until the next change.</summary>
    public BytesRef Bytes { get; } = new([Version]);

    /// <summary>True before the first term.</summary>
    public bool IsEmpty => Bytes.Length == 1;

    /// <summary>Forgets all terms.</summary>
    public void Clear() => Bytes.Length = 1;

    /// <summary>Adds a term.</summary>
    /// <param name="term">Not empty.</param>
    /// <param name="impact">1 to 255.</param>
    /// <exception cref="ArgumentException">The term is longer than Lucene's terms may be; the vector is empty then.</exception>
    public void Add(string term, byte impact) => Add(new SpeltTerms([term]), 0, impact);

    /// <summary>Adds all terms of a vector.</summary>
    /// <param name="vector">The impacts.</param>
    /// <param name="vocabulary">Holds all its terms.</param>
    /// <exception cref="ArgumentException">A term is longer than Lucene's terms may be; the vector is empty then.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ImpactVector vector, Vocabulary vocabulary)
    {
        SpeltTerms terms = Spelt.GetValue(vocabulary, static v => new SpeltTerms([.. Enumerable.Range(0, v.Count).Select(id => v[id])]));
        ReadOnlySpan<int> ids = vector.Terms;
        ReadOnlySpan<byte> impacts = vector.Impacts;
        for (int i = 0; i < ids.Length; i++)
        {
            Add(terms, ids[i], impacts[i]);
        }
    }

    /// <summary>The terms of a payload.</summary>
    /// <param name="payload">Any payload, or null.</param>
    /// <returns>What <see cref="TryNext"/> reads; empty where the payload is no packed vector.</returns>
    public static ReadOnlySpan<byte> Open(BytesRef? payload) =>
        payload is { Length: > 1 } && payload.Bytes[payload.Offset] == Version ? payload.Bytes.AsSpan(payload.Offset + 1, payload.Length - 1) : [];

    /// <summary>Reads the next term.</summary>
    /// <param name="rest">What is left of the payload.</param>
    /// <param name="term">The term's UTF-8 bytes.</param>
    /// <param name="impact">Its impact.</param>
    /// <returns>False where no term of at least one byte with an impact of at least 1 is there whole.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryNext(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> term, out byte impact)
    {
        int at = 0, length = 0, shift = 0;
        byte part;
        do
        {
            part = at < rest.Length ? rest[at++] : (byte)0;
            length |= (part & 0x7F) << shift;
            shift += 7;
        }
        while (part > 0x7F && shift < 28);
        if (length == 0 || length >= rest.Length - at)
        {
            term = [];
            impact = 0;
            return false;
        }

        term = rest.Slice(at, length);
        impact = rest[at + length];
        rest = rest[(at + length + 1)..];
        return impact > 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(SpeltTerms terms, int id, byte impact)
    {
        int from = terms.Starts[id], length = terms.Starts[id + 1] - from, at = Bytes.Length;
        if (length > SpeltTerms.MaxLength)
        {
            Clear();
            throw SpeltTerms.TooLong(length);
        }

        if (at + length + SpeltTerms.Slack > Bytes.Bytes.Length)
        {
            Bytes.Grow(at + length + SpeltTerms.Slack);
        }

        // Most terms are short, and a fixed number of bytes is copied faster than the right one.
        if (length <= SpeltTerms.Slack)
        {
            Unsafe.WriteUnaligned(ref Bytes.Bytes[at], Unsafe.ReadUnaligned<ulong>(in terms.Bytes[from]));
        }
        else
        {
            Array.Copy(terms.Bytes, from, Bytes.Bytes, at, length);
        }

        Bytes.Bytes[at + length] = impact;
        Bytes.Length = at + length + 1;
    }
}
