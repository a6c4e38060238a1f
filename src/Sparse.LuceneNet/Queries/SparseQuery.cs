using System.Globalization;
using System.Text;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Queries;

/// <summary>The dot product of query weights and a sparse field's impacts: any document with one of the terms matches.</summary>
/// <remarks>
/// <para>
/// Scores are exact: weights are quantised against the field's scale by <see cref="QueryQuantizer"/>, the products summed as
/// integers below 2²⁴, and the sum times a power of two is the score, close to the dot product of the float weights. It equals
/// the exhaustive search in documents, scores and order. A boost multiplies it, with one rounding unless it is a power of two.
/// Query norms are ignored, and those of other clauses left as they were; the coordination factor of a <c>BooleanQuery</c>
/// is that query's own (<c>new BooleanQuery(disableCoord: true)</c> leaves it out).
/// </para>
/// <para>Goes into any stock searcher, alone, as a clause, or with filters. Immutable but for its boost.</para>
/// </remarks>
public sealed class SparseQuery : Query
{
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
        Field = field;
        _terms = [.. weights.Keys.Order(StringComparer.Ordinal)];
        _weights = [.. _terms.Select(term => weights[term])];
        TermBytes = [.. _terms.Select(term => new BytesRef(term))];
    }

    /// <summary>Makes a query of an encoded text.</summary>
    /// <param name="field">The sparse field.</param>
    /// <param name="vector">The query's vector.</param>
    /// <param name="vocabulary">The vocabulary of its term ids.</param>
    public SparseQuery(string field, TermVector vector, Vocabulary vocabulary)
        : this(field, Named(vector, vocabulary))
    {
    }

    /// <summary>The sparse field.</summary>
    public string Field { get; }

    /// <summary>The terms, in ordinal order.</summary>
    public IReadOnlyList<string> Terms => _terms;

    /// <summary>Their weights, in the order of <see cref="Terms"/>; finite and &gt; 0.</summary>
    public IReadOnlyList<float> Weights => _weights;

    /// <summary>The terms in UTF-8; not to be changed.</summary>
    internal BytesRef[] TermBytes { get; }

    /// <summary>The weights, without a copy; not to be changed.</summary>
    internal ReadOnlySpan<float> WeightSpan => _weights;

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
        foreach (string term in _terms)
        {
            terms.Add(new Term(Field, term));
        }
    }

    /// <inheritdoc/>
    public override string ToString(string field)
    {
        var text = new StringBuilder();
        if (field != Field)
        {
            text.Append(Field).Append(':');
        }

        text.Append('{');
        for (int i = 0; i < _terms.Length; i++)
        {
            text.Append(i == 0 ? "" : " ").Append(_terms[i]).Append('^').Append(_weights[i].ToString("R", CultureInfo.InvariantCulture));
        }

        text.Append('}');
        return Boost == 1 ? text.ToString() : text.Append('^').Append(Boost.ToString("R", CultureInfo.InvariantCulture)).ToString();
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is SparseQuery other && other.Field == Field && other.Boost.Equals(Boost)
        && other._terms.AsSpan().SequenceEqual(_terms) && other._weights.AsSpan().SequenceEqual(_weights);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Field);
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
