using System.Security.Cryptography;
using System.Text;

namespace Sparse.Tokens;

/// <summary>The word pieces of a model, by id: the dimensions of its term vectors.</summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public sealed class Vocabulary
{
    private readonly string[] _pieces;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly Lazy<string> _fingerprint;

    /// <summary>Makes a vocabulary from its pieces.</summary>
    /// <param name="pieces">Pieces by id; each one distinct and not empty.</param>
    /// <exception cref="InvalidDataException">No pieces, an empty one, or one that occurs twice.</exception>
    public Vocabulary(IReadOnlyList<string> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        if (pieces.Count == 0)
        {
            throw new InvalidDataException("The vocabulary holds no word pieces.");
        }

        _pieces = [.. pieces];
        _ids = new Dictionary<string, int>(_pieces.Length, StringComparer.Ordinal);
        for (int id = 0; id < _pieces.Length; id++)
        {
            if (string.IsNullOrEmpty(_pieces[id]))
            {
                throw new InvalidDataException($"Vocabulary id {id} is an empty word piece.");
            }

            if (!_ids.TryAdd(_pieces[id], id))
            {
                throw new InvalidDataException($"Word piece '{ModelFile.Short(_pieces[id])}' has two vocabulary ids, {_ids[_pieces[id]]} and {id}.");
            }
        }

        _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    /// <summary>Number of pieces.</summary>
    public int Count => _pieces.Length;

    /// <summary>SHA-256 over the pieces in order, 16 hexadecimal digits: equal vocabularies, equal fingerprints.</summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>The piece with this id.</summary>
    /// <param name="id">0 ≤ id &lt; <see cref="Count"/>.</param>
    public string this[int id] => _pieces[id];

    /// <summary>Looks a piece up.</summary>
    /// <param name="piece">The exact piece, with its continuation prefix where it has one.</param>
    /// <param name="id">Its id, when found.</param>
    /// <returns>True when the vocabulary holds the piece.</returns>
    public bool TryGetId(string piece, out int id) => _ids.TryGetValue(piece, out id);

    /// <summary>Looks a piece up without making a string of it.</summary>
    /// <param name="piece">The exact piece, with its continuation prefix where it has one.</param>
    /// <param name="id">Its id, when found.</param>
    /// <returns>True when the vocabulary holds the piece.</returns>
    public bool TryGetId(ReadOnlySpan<char> piece, out int id) =>
        _idsBySpan.TryGetValue(piece, out id);

    private string ComputeFingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string piece in _pieces)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(piece));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
