using Sparse.Encoders.Batches;
using Sparse.Encoders.Folders;
using Sparse.Tokens;

namespace Sparse.Encoders.Splade;

/// <summary>A text as a model is to read it: words of a prompt around the text, once or several times. The last copy is pooled.</summary>
/// <remarks>
/// A causal model sees at each place only what stands before it; given the text twice, the second copy has seen all of it: echo
/// embeddings (Springer et al., arXiv:2402.15449), as Mistral-SPLADE uses them (Doshi et al., arXiv:2408.11119). The parts are
/// tokenized one by one, as the authors of echo embeddings do.
/// </remarks>
internal sealed class PromptTemplate
{
    /// <summary>The text twice and nothing else.</summary>
    internal const string Echo = Placeholder + Placeholder;

    private const string Placeholder = "{text}";
    private const int MaxCopies = 4;
    private const int MinTokensPerCopy = 2;

    private readonly int[][] _literals;
    private readonly ITokenizer _tokenizer;
    private readonly int _fixed;

    /// <summary>Makes a template for a tokenizer.</summary>
    /// <param name="template">Words with {text} in one to four places.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <exception cref="ArgumentException">{text} is not in it, or too often.</exception>
    internal PromptTemplate(string template, ITokenizer tokenizer)
    {
        string[] literals = template.Split(Placeholder);
        if (literals.Length - 1 is < 1 or > MaxCopies)
        {
            throw new ArgumentException($"The template '{ModelJson.Short(template)}' must hold {Placeholder} once to {MaxCopies} times; it does {literals.Length - 1} times.", nameof(template));
        }

        _tokenizer = tokenizer;
        _literals = Array.ConvertAll(literals, literal => Array.ConvertAll(tokenizer.Encode(literal, int.MaxValue, addSpecialTokens: false).Tokens.ToArray(), token => token.Id));
        _fixed = _literals.Sum(literal => literal.Length) + tokenizer.Prefix.Count + tokenizer.Suffix.Count;
    }

    private int Copies => _literals.Length - 1;

    /// <summary>The fewest tokens that a text can be given.</summary>
    internal int MinTokens => _fixed + (Copies * MinTokensPerCopy);

    /// <summary>Puts a text into the template.</summary>
    /// <param name="text">Any text; a long one is cut, each copy at the same place.</param>
    /// <param name="maxTokens">The most tokens of all parts together; ≥ <see cref="MinTokens"/>.</param>
    /// <param name="input">What the model reads, and which part of it is pooled: the last copy of the text.</param>
    /// <returns>The tokens, those of the prompt without a span.</returns>
    internal TokenSequence Apply(string text, int maxTokens, out ModelInput input)
    {
        TokenSequence copy = _tokenizer.Encode(text, (maxTokens - _fixed) / Copies, addSpecialTokens: false);
        List<Token> tokens = new(_fixed + (Copies * copy.Count));
        Add(_tokenizer.Prefix);
        Add(_literals[0]);
        int from = 0;
        for (int i = 1; i < _literals.Length; i++)
        {
            from = tokens.Count;
            tokens.AddRange(copy.Tokens);
            Add(_literals[i]);
        }

        Add(_tokenizer.Suffix);
        input = new ModelInput([.. tokens.Select(token => token.Id)], from, from + copy.Count);
        return new TokenSequence(text, [.. tokens], copy.IsTruncated);

        void Add(IReadOnlyList<int> ids) => tokens.AddRange(ids.Select(id => new Token(id, 0, 0)));
    }
}
