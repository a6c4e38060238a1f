using Lucene.Net.Analysis;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Impacts;

/// <summary>A document's terms and impacts on their way through Lucene's indexing, as many tokens or as one.</summary>
internal abstract class ImpactTokens : TokenStream
{
    /// <summary>Forgets all terms.</summary>
    public abstract void Clear();

    /// <summary>Adds a term.</summary>
    /// <param name="term">Not empty.</param>
    /// <param name="impact">1 to 255.</param>
    public abstract void Add(string term, byte impact);

    /// <summary>Adds all terms of a vector.</summary>
    /// <param name="vector">The impacts.</param>
    /// <param name="vocabulary">Holds all its terms.</param>
    public abstract void Add(ImpactVector vector, Vocabulary vocabulary);
}
