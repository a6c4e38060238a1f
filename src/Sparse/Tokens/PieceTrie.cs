namespace Sparse.Tokens;

/// <summary>Strings with ids, walked character by character: which of them does a text begin with?</summary>
internal sealed class PieceTrie
{
    /// <summary>The longest string, in UTF-16 units. It bounds the steps at each place of a text; the pieces of published models are shorter.</summary>
    public const int MaxLength = 256;

    // Key: node in the upper bits, character in the lower. A child is an index into _ids.
    private readonly Dictionary<long, int> _children = [];
    private readonly List<int> _ids = [-1];

    /// <summary>Adds a string.</summary>
    /// <exception cref="InvalidDataException">It is too long.</exception>
    public void Add(string piece, int id)
    {
        if (piece.Length > MaxLength)
        {
            throw new InvalidDataException($"Piece {id} of the vocabulary has {piece.Length} characters; at most {MaxLength} are supported.");
        }

        int node = 0;
        foreach (char c in piece)
        {
            long key = Key(node, c);
            if (!_children.TryGetValue(key, out int child))
            {
                child = _ids.Count;
                _children.Add(key, child);
                _ids.Add(-1);
            }

            node = child;
        }

        _ids[node] = id;
    }

    /// <summary>Goes on by one character from a node; the root is 0.</summary>
    /// <returns>False where no string goes on so.</returns>
    public bool TryStep(ref int node, char c) => _children.TryGetValue(Key(node, c), out node);

    /// <summary>The id of the string that ends at this node; -1 where none does.</summary>
    public int IdAt(int node) => _ids[node];

    /// <summary>Length of the longest string that the text begins with, and its id; 0 where there is none.</summary>
    public int Longest(ReadOnlySpan<char> text, out int id)
    {
        id = -1;
        int longest = 0;
        int node = 0;
        for (int i = 0; i < text.Length && TryStep(ref node, text[i]); i++)
        {
            if (_ids[node] >= 0)
            {
                id = _ids[node];
                longest = i + 1;
            }
        }

        return longest;
    }

    private static long Key(int node, char c) => ((long)node << 16) | c;
}
