using System.Globalization;
using System.Text;
using Sparse.Tokens;

namespace Sparse.Formats.Vectors;

/// <summary>The terms of a vector file by number, shared by its reader and the writer it goes to.</summary>
/// <remarks>
/// Of three kinds: a given vocabulary, whose ids are the numbers; numbers alone, whose names are their digits; or the names of the
/// file in order of appearance. The numbers that formats of <c>indices</c> want are the vocabulary's ids, else the name read as digits.
/// </remarks>
internal sealed class TermTable
{
    private readonly Vocabulary? _vocabulary;
    private readonly bool _isNumbers;
    private readonly List<string> _names = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly List<byte[]?> _utf8 = [];
    private readonly List<int> _indexes = []; // Names read as digits, as far as asked for.

    private TermTable(Vocabulary? vocabulary, bool isNumbers)
    {
        _vocabulary = vocabulary;
        _isNumbers = isNumbers;
        _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>True where every term has a number that means something outside: a vocabulary's id, or the number that it is.</summary>
    internal bool HasNumbers => _vocabulary is not null || _isNumbers;

    /// <summary>The terms that the table was made with; null for any.</summary>
    internal Vocabulary? Vocabulary => _vocabulary;

    /// <summary>One past the largest number in use.</summary>
    internal int Count => _vocabulary?.Count ?? _names.Count;

    /// <summary>The table of a file of names.</summary>
    /// <param name="vocabulary">The vocabulary they must be of; null takes any.</param>
    internal static TermTable OfNames(Vocabulary? vocabulary) => new(vocabulary, isNumbers: false);

    /// <summary>The table of a file of numbers.</summary>
    /// <param name="vocabulary">The vocabulary whose ids they are; null where they are only numbers.</param>
    internal static TermTable OfNumbers(Vocabulary? vocabulary) => new(vocabulary, isNumbers: true);

    /// <summary>The number of a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Its number; −1 for a name that the vocabulary lacks.</returns>
    internal int Find(ReadOnlySpan<char> name)
    {
        if (_vocabulary is not null)
        {
            return _vocabulary.TryGetId(name, out int id) ? id : -1;
        }

        if (!_idsBySpan.TryGetValue(name, out int number))
        {
            string text = name.ToString();
            number = _names.Count;
            _ids.Add(text, number);
            _names.Add(text);
        }

        return number;
    }

    /// <summary>Takes a number of a file of numbers.</summary>
    /// <param name="number">The number.</param>
    /// <returns>False when it is negative, past the vocabulary, or past what a table of numbers may hold (2²⁴).</returns>
    internal bool Take(int number)
    {
        if (number < 0 || number >= (_vocabulary?.Count ?? 1 << 24))
        {
            return false;
        }

        for (int next = _names.Count; _vocabulary is null && next <= number; next++)
        {
            _names.Add(next.ToString(CultureInfo.InvariantCulture));
        }

        return true;
    }

    /// <summary>The name of a number.</summary>
    /// <param name="number">A number of this table.</param>
    internal string Name(int number) => _vocabulary is null ? _names[number] : _vocabulary[number];

    /// <summary>The name of a number, in UTF-8.</summary>
    /// <param name="number">A number of this table.</param>
    internal byte[] Utf8(int number)
    {
        while (_utf8.Count <= number)
        {
            _utf8.Add(null);
        }

        return _utf8[number] ??= Encoding.UTF8.GetBytes(Name(number));
    }

    /// <summary>The number that a format of numbers writes.</summary>
    /// <param name="number">A number of this table.</param>
    /// <returns>The vocabulary's id, or the name read as digits.</returns>
    /// <exception cref="InvalidDataException">There is no vocabulary, and the name is no number.</exception>
    internal int ToIndex(int number)
    {
        if (_vocabulary is not null || _isNumbers)
        {
            return number;
        }

        while (_indexes.Count <= number)
        {
            _indexes.Add(int.TryParse(_names[_indexes.Count], NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : -1);
        }

        return _indexes[number] is >= 0 and var known ? known
            : throw new InvalidDataException($"term '{_names[number]}' has no number, and the target holds numbers: name the vocabulary with --vocabulary builtin, FILE or MODEL_DIR.");
    }
}
