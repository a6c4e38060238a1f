using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;

namespace Sparse.Tokens.SentencePieces;

/// <summary>SentencePiece's compiled normaliser: which strings of a text are replaced by which, the longest first.</summary>
/// <remarks>
/// Layout: u32 size of a trie, the trie, then replacements that end in a zero byte. The trie is a double array (darts-clone) over
/// UTF-8: a unit holds the label of the edge to it, the offset of its children, and whether a string ends there; then the unit at
/// its offset holds where the replacement begins. Kudo and Richardson, arXiv:1808.06226. Hugging Face applies the same map grapheme
/// by grapheme and takes the shortest match; the two differ on few texts, and this is SentencePiece's way.
/// </remarks>
internal sealed class Charsmap
{
    private const int MaxReplacement = 1024;
    private const uint IsValue = 1u << 31;

    private readonly uint[] _units;
    private readonly byte[] _replacements;
    private readonly ConcurrentDictionary<int, string> _known = new();

    /// <summary>Reads the map.</summary>
    /// <exception cref="InvalidDataException">It is cut short, or a replacement is absurdly long.</exception>
    public Charsmap(ReadOnlySpan<byte> bytes)
    {
        uint size = bytes.Length < 4 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (size == 0 || size % 4 != 0 || size > bytes.Length - 4)
        {
            throw new InvalidDataException("its precompiled_charsmap is cut short.");
        }

        _units = new uint[size / 4];
        for (int i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[((i * 4) + 4)..]);
        }

        _replacements = bytes[((int)size + 4)..].ToArray();
        for (int from = 0; from < _replacements.Length;)
        {
            int length = _replacements.AsSpan(from).IndexOf((byte)0);
            length = length < 0 ? _replacements.Length - from : length;
            if (length > MaxReplacement)
            {
                throw new InvalidDataException($"its precompiled_charsmap replaces by {length} bytes; at most {MaxReplacement} are supported.");
            }

            from += length + 1;
        }
    }

    /// <summary>The longest string that is replaced at the text's beginning.</summary>
    /// <param name="text">Text; an unpaired surrogate ends every match.</param>
    /// <param name="replacement">What takes its place.</param>
    /// <returns>Its length in UTF-16 units; 0 where nothing is replaced.</returns>
    public int Match(ReadOnlySpan<char> text, out string replacement)
    {
        int longest = 0;
        uint value = 0;
        uint node = Offset(_units[0]);
        Span<byte> bytes = stackalloc byte[4];
        for (int at = 0; at < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text[at..], out Rune rune, out int units) != System.Buffers.OperationStatus.Done)
            {
                break;
            }

            int count = rune.EncodeToUtf8(bytes);
            uint unit = 0;
            int read = 0;
            while (read < count && TryStep(ref node, bytes[read], out unit))
            {
                read++;
            }

            if (read < count)
            {
                break;
            }

            at += units;
            if ((unit & (1 << 8)) != 0 && node < _units.Length)
            {
                longest = at;
                value = _units[node] & ~IsValue;
            }
        }

        replacement = longest == 0 ? "" : Replacement(value);
        return longest;
    }

    private bool TryStep(ref uint node, byte label, out uint unit)
    {
        node ^= label;
        unit = node < _units.Length ? _units[node] : 0;
        if ((unit & (IsValue | 0xFF)) != label || node >= _units.Length)
        {
            return false;
        }

        node ^= Offset(unit);
        return true;
    }

    private static uint Offset(uint unit) => unchecked((unit >> 10) << (int)((unit & (1 << 9)) >> 6));

    private string Replacement(uint from) => _known.GetOrAdd((int)Math.Min(from, _replacements.Length), start =>
    {
        ReadOnlySpan<byte> rest = _replacements.AsSpan(start);
        int length = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(length < 0 ? rest : rest[..length]);
    });
}
