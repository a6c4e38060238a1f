using System.Globalization;
using System.Text;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Queries;

/// <summary>The dot product of query weights and the impacts of a sparse field, or of several with boosts: any document with one of the terms matches.</summary>
/// <remarks>
/// <para>
/// Scores are exact: weights are quantised against the field's scale by <see cref="QueryQuantizer"/>, the products summed as
/// integers below 2²⁴, and the sum times a power of two is the score, close to the dot product of the float weights. It equals
/// the exhaustive search in documents, scores and order. Several fields are quantised together, each weight times its field's
/// scale, so that all of this holds for their sum. A boost multiplies it, with one rounding unless it is a power of two.
/// Query norms are ignored, and those of other clauses left as they were; the coordination factor of a <c>BooleanQuery</c>
/// is that query's own (<c>new BooleanQuery(disableCoord: true)</c> leaves it out).
/// </para>
/// <para>Goes into any stock searcher, alone, as a clause, or with filters. Immutable but for its boost.</para>
/// </remarks>
public sealed class SparseQuery : Query
{
    // What the engine's number of a field has room for.
    private const int MaxFields = 256;

    private readonly string[] _terms;
    private readonly float[] _weights;

    /// <summary>Makes a query of terms and weights.</summary>
    /// <param name="field">The sparse field.</param>
    /// <param name="weights">Term → weight, finite and &gt; 0. Without terms the query matches nothing.</param>
    /// <exception cref="ArgumentException">A weight is not finite and positive.</exception>
    public SparseQuery(string field, IReadOnlyDictionary<string, float> weights)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(weights);
        foreach ((string term, float weight) in weights)
        {
            if (!(weight > 0) || float.IsPositiveInfinity(weight))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Weight {weight} of term '{term}' is not finite and positive."), nameof(weights));
            }
        }

        // One order for one set of weights: the sum that the quantiser takes must not depend on a dictionary's.
        Fields = [field];
        _terms = [.. weights.Keys.Order(StringComparer.Ordinal)];
        _weights = [.. _terms.Select(term => weights[term])];
        TermBytes = [.. _terms.Select(term => new BytesRef(term))];
        FieldOf = new byte[_terms.Length];
        FieldStarts = [0, _terms.Length];
        FieldKey = Key(Fields);
    }

    /// <summary>Makes a query of an encoded text.</summary>
    /// <param name="field">The sparse field.</param>
    /// <param name="vector">The query's vector.</param>
    /// <param name="vocabulary">The vocabulary of its term ids.</param>
    public SparseQuery(string field, TermVector vector, Vocabulary vocabulary)
        : this(field, Named(vector, vocabulary))
    {
    }

    /// <summary>Makes the sum of queries to different fields, each times its boost as it is now.</summary>
    /// <remarks>A field that no document has adds nothing. The fields may differ in scale and encoder.</remarks>
    /// <param name="parts">Queries, 1 to 256 fields altogether and each of them once; not kept.</param>
    /// <exception cref="ArgumentException">There is no part, two have the same field, there are more than 256 fields, or a weight times its boost is not finite and positive.</exception>
    public SparseQuery(params SparseQuery[] parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        (string Name, SparseQuery Part, int At)[] fields =
            [.. parts.SelectMany(part => part.Fields.Select((name, at) => (name, part, at))).OrderBy(field => field.name, StringComparer.Ordinal)];
        if (fields.Length is 0 or > MaxFields)
        {
            throw new ArgumentException($"A query of {fields.Length} fields can't be made: 1 to {MaxFields} are possible.", nameof(parts));
        }

        List<string> terms = [];
        List<float> weights = [];
        List<byte> fieldOf = [];
        FieldStarts = new int[fields.Length + 1];
        for (int field = 0; field < fields.Length; field++)
        {
            (string name, SparseQuery part, int at) = fields[field];
            if (field > 0 && name == fields[field - 1].Name)
            {
                throw new ArgumentException($"Two parts of the query are for sparse field '{name}': make one of them, with the terms of both.", nameof(parts));
            }

            for (int i = part.FieldStarts[at]; i < part.FieldStarts[at + 1]; i++)
            {
                float weight = part._weights[i] * part.Boost;
                if (!(weight > 0) || float.IsPositiveInfinity(weight))
                {
                    throw new ArgumentException(
                        string.Create(CultureInfo.InvariantCulture, $"Weight {part._weights[i]} of term '{part._terms[i]}' times boost {part.Boost} of field '{name}' is not finite and positive."), nameof(parts));
                }

                terms.Add(part._terms[i]);
                weights.Add(weight);
                fieldOf.Add((byte)field);
            }

            FieldStarts[field + 1] = terms.Count;
        }

        Fields = [.. fields.Select(field => field.Name)];
        _terms = [.. terms];
        _weights = [.. weights];
        TermBytes = [.. _terms.Select(term => new BytesRef(term))];
        FieldOf = [.. fieldOf];
        FieldKey = Key(Fields);
    }

    /// <summary>The sparse field; the first of <see cref="Fields"/> where there are several.</summary>
    public string Field => Fields[0];

    /// <summary>The sparse fields, in ordinal order.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>The terms: in ordinal order, those of one field after those of the other.</summary>
    public IReadOnlyList<string> Terms => _terms;

    /// <summary>Their weights, in the order of <see cref="Terms"/>; finite and &gt; 0, times the boost of their part where the query is a sum.</summary>
    public IReadOnlyList<float> Weights => _weights;

    /// <summary>The terms in UTF-8; not to be changed.</summary>
    internal BytesRef[] TermBytes { get; }

    /// <summary>[terms] the field of each term; not to be changed.</summary>
    internal byte[] FieldOf { get; }

    /// <summary>[fields + 1] the first term of each field, and the number of terms; not to be changed.</summary>
    internal int[] FieldStarts { get; }

    /// <summary>One string for one list of fields.</summary>
    internal string FieldKey { get; }

    /// <summary>Quantises the weights against the scales of the fields.</summary>
    /// <param name="scales">[fields] scales; 0 where no document has the field, whose terms get weight 0.</param>
    /// <param name="contributions">[terms] overwritten.</param>
    /// <param name="quantized">[terms] overwritten: as by <see cref="QueryQuantizer"/>.</param>
    /// <returns>Score = integer score × 2^exponent.</returns>
    internal int Quantize(ReadOnlySpan<float> scales, Span<float> contributions, Span<ushort> quantized)
    {
        if (scales.Length == 1)
        {
            return QueryQuantizer.Quantize(_weights, scales[0], quantized);
        }

        int present = 0;
        for (int i = 0; i < _weights.Length; i++)
        {
            float scale = scales[FieldOf[i]];
            if (scale > 0)
            {
                // Beyond floats it is refused as it would be for one field; below them it is next to nothing.
                contributions[present++] = Math.Clamp(_weights[i] * scale, float.Epsilon, float.MaxValue);
            }
        }

        int exponent = QueryQuantizer.Quantize(contributions[..present], 1, quantized[..present]);
        for (int i = _weights.Length - 1; i >= 0; i--)
        {
            quantized[i] = scales[FieldOf[i]] > 0 ? quantized[--present] : (ushort)0;
        }

        return exponent;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">Segments differ in scale or encoder, or the field is not a sparse field.</exception>
    public override Weight CreateWeight(IndexSearcher searcher)
    {
        ArgumentNullException.ThrowIfNull(searcher);
        return new SparseWeight(this, searcher.IndexReader);
    }

    /// <inheritdoc/>
    public override void ExtractTerms(ISet<Term> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        for (int i = 0; i < _terms.Length; i++)
        {
            terms.Add(new Term(Fields[FieldOf[i]], _terms[i]));
        }
    }

    /// <inheritdoc/>
    public override string ToString(string field)
    {
        var text = new StringBuilder();
        for (int part = 0; part < Fields.Count; part++)
        {
            text.Append(part == 0 ? "" : " + ");
            if (Fields.Count > 1 || field != Field)
            {
                text.Append(Fields[part]).Append(':');
            }

            text.Append('{');
            for (int i = FieldStarts[part]; i < FieldStarts[part + 1]; i++)
            {
                text.Append(i == FieldStarts[part] ? "" : " ").Append(_terms[i]).Append('^').Append(_weights[i].ToString("R", CultureInfo.InvariantCulture));
            }

            text.Append('}');
        }

        if (Fields.Count > 1)
        {
            text.Insert(0, '(').Append(')');
        }

        return Boost == 1 ? text.ToString() : text.Append('^').Append(Boost.ToString("R", CultureInfo.InvariantCulture)).ToString();
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is SparseQuery other && other.FieldKey == FieldKey && other.Boost.Equals(Boost) && other.FieldStarts.AsSpan().SequenceEqual(FieldStarts)
        && other._terms.AsSpan().SequenceEqual(_terms) && other._weights.AsSpan().SequenceEqual(_weights);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(FieldKey);
        hash.Add(Boost);
        foreach (string term in _terms)
        {
            hash.Add(term);
        }

        foreach (float weight in _weights)
        {
            hash.Add(weight);
        }

        return hash.ToHashCode();
    }

    /// <summary>Names with their lengths, because a name may have any character.</summary>
    private static string Key(IReadOnlyList<string> fields) => string.Concat(fields.Select(name => string.Create(CultureInfo.InvariantCulture, $"{name.Length}:{name}")));

    private static Dictionary<string, float> Named(TermVector vector, Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vector);
        ArgumentNullException.ThrowIfNull(vocabulary);
        var weights = new Dictionary<string, float>(vector.Count, StringComparer.Ordinal);
        for (int i = 0; i < vector.Count; i++)
        {
            weights.Add(vocabulary[vector.Terms[i]], vector.Weights[i]);
        }

        return weights;
    }
}
