using Sparse.Tokens;

namespace Sparse.Chunks;

/// <summary>Cuts texts into passages that an encoder reads whole. Immutable and safe for concurrent use.</summary>
/// <remarks>
/// Each passage is found by tokenizing what follows the last one up to the limit, just as the encoder will read it, so that time and
/// memory grow with the text's length and no token is lost. The one exception: a single character may have more tokens than fit
/// (bytes of a byte-level tokenizer), and makes a passage of its own.
/// </remarks>
public sealed class Chunker
{
    // Characters that are tokenized for a passage at first; 4 to 5 a token is usual.
    private const int CharactersPerToken = 8;

    private readonly ITokenizer _tokenizer;
    private readonly ChunkOptions _options;

    /// <summary>Makes a chunker.</summary>
    /// <param name="tokenizer">The encoder's tokenizer, which counts.</param>
    /// <param name="options">How long passages are, and where they end; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Chunker(ITokenizer tokenizer, ChunkOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        options ??= new ChunkOptions();
        options.Check();
        _tokenizer = tokenizer;
        _options = options;
    }

    /// <summary>How long passages are, and where they end.</summary>
    public ChunkOptions Options => _options;

    /// <summary>True when a lead leaves half of a passage or more to the text.</summary>
    /// <param name="lead">Words to go before each passage.</param>
    /// <returns>True when <see cref="Split"/> takes it.</returns>
    public bool CanLead(string lead)
    {
        ArgumentNullException.ThrowIfNull(lead);
        return !_tokenizer.Encode(lead, Math.Max(2, (_options.MaxTokens - _tokenizer.Prefix.Count - _tokenizer.Suffix.Count) / 2), addSpecialTokens: false).IsTruncated;
    }

    /// <summary>Cuts a text into passages.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="lead">Words that the caller will put before each passage with a blank between, such as a title; may be empty.</param>
    /// <returns>One passage at least, their starts and ends ascending; all of the text that is not blank lies in one.</returns>
    /// <exception cref="ArgumentException">The lead leaves less than half of a passage to the text.</exception>
    public IReadOnlyList<Passage> Split(string text, string lead = "")
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!CanLead(lead))
        {
            throw new ArgumentException($"The lead takes more than half of a passage's {_options.MaxTokens} tokens; use a shorter one.", nameof(lead));
        }

        string prefix = lead.Length == 0 ? "" : lead + " ";
        List<Passage> passages = [];
        if (_options.By == ChunkBy.Headings)
        {
            foreach (Passage section in Headings.Sections(text))
            {
                Pack(text, section, Sentences.Starts(text, section), prefix, passages);
            }
        }
        else
        {
            var whole = new Passage(0, text.Length);
            Pack(text, whole, _options.By == ChunkBy.Sentences ? Sentences.Starts(text, whole) : null, prefix, passages);
        }

        return passages.Count == 0 ? [default] : passages;
    }

    /// <summary>Fills passages one after the other.</summary>
    /// <param name="text">The text.</param>
    /// <param name="section">The part of it to cut.</param>
    /// <param name="sentences">Starts of sentences, ascending; null to cut between words.</param>
    /// <param name="prefix">The lead and a blank, or nothing.</param>
    /// <param name="passages">Added to.</param>
    private void Pack(string text, Passage section, List<int>? sentences, string prefix, List<Passage> passages)
    {
        int to = TrimEnd(text, section.Start, section.End);
        int start = SkipBlanks(text, section.Start, to);
        int done = start;
        while (start < to)
        {
            ReadOnlySpan<Token> tokens = Read(text, start, to, prefix, out bool isAll);
            int shift = start - prefix.Length;
            int end = isAll ? to : Cut(text, tokens, shift, start, sentences);
            if (end <= done && start < done)
            {
                // The next sentence or word does not fit behind the repeated ones.
                start = SkipBlanks(text, done, to);
                continue;
            }

            if (!isAll && (end == to || !char.IsWhiteSpace(text[end])))
            {
                end = Shrink(text, tokens, shift, start, end, prefix);
            }

            passages.Add(new Passage(start, end));
            done = end;
            start = isAll ? to : NextStart(text, tokens, shift, start, SkipBlanks(text, end, to), end, sentences);
        }
    }

    /// <summary>The tokens from a place on, as many as fit behind the lead; the lead's own and markers are left out.</summary>
    private ReadOnlySpan<Token> Read(string text, int start, int to, string prefix, out bool isAll)
    {
        for (long length = (long)_options.MaxTokens * CharactersPerToken; ; length *= 2)
        {
            int end = (int)Math.Min(to, start + length);
            TokenSequence read = _tokenizer.Encode(string.Concat(prefix, text.AsSpan(start, end - start)), _options.MaxTokens + 1);
            isAll = read.Count <= _options.MaxTokens;
            if (isAll && end < to)
            {
                continue;
            }

            ReadOnlySpan<Token> tokens = read.Tokens;
            int from = 0, count = tokens.Length;
            while (from < count && tokens[from].End <= prefix.Length)
            {
                from++;
            }

            while (count > from && tokens[count - 1].IsAdded)
            {
                count--;
            }

            // The one token too many, and those of the same character before it.
            count -= isAll || count == from ? 0 : 1;
            while (!isAll && count > from && tokens[count].Start < tokens[count - 1].End)
            {
                count--;
            }

            return tokens[from..count];
        }
    }

    /// <summary>The best end of a passage whose text goes on.</summary>
    private static int Cut(string text, ReadOnlySpan<Token> tokens, int shift, int start, List<int>? sentences)
    {
        if (tokens.IsEmpty)
        {
            return AfterCharacter(text, start);
        }

        int reach = Math.Max(tokens[^1].End + shift, AfterCharacter(text, start));
        if (sentences is not null)
        {
            int place = sentences.BinarySearch(SkipBlanks(text, reach, text.Length));
            place = place >= 0 ? place : ~place - 1;
            if (place >= 0 && sentences[place] > start)
            {
                return TrimEnd(text, start, sentences[place]);
            }
        }

        // Between words, but rather inside one than after less than half of what fits.
        for (int i = tokens.Length - 1; i >= 0 && tokens[i].End + shift - start > (reach - start) / 2; i--)
        {
            int end = tokens[i].End + shift;
            if (end < text.Length && char.IsWhiteSpace(text[end]))
            {
                return end;
            }
        }

        return BetweenTokens(text, tokens, shift, start, reach);
    }

    /// <summary>Inside a word other tokens may come out than before it was cut: a passage that has too many then ends earlier.</summary>
    private int Shrink(string text, ReadOnlySpan<Token> tokens, int shift, int start, int end, string prefix)
    {
        while (!tokens.IsEmpty && _tokenizer.Encode(string.Concat(prefix, text.AsSpan(start, end - start)), _options.MaxTokens).IsTruncated)
        {
            int earlier = BetweenTokens(text, tokens, shift, start, end);
            if (earlier >= end)
            {
                return end;
            }

            end = earlier;
        }

        return end;
    }

    /// <summary>The last end of a token before a place, where the next one begins; never inside a character.</summary>
    private static int BetweenTokens(string text, ReadOnlySpan<Token> tokens, int shift, int start, int before)
    {
        for (int i = tokens.Length - 2; i >= 0; i--)
        {
            int end = tokens[i].End + shift;
            if (end < before && end > start && tokens[i + 1].Start >= tokens[i].End && !char.IsLowSurrogate(text[end]))
            {
                return end;
            }
        }

        return Math.Min(before, Math.Max(tokens[0].End + shift, AfterCharacter(text, start)));
    }

    /// <summary>Where the next passage begins: at the end of this one, or earlier by the words or sentences to repeat.</summary>
    private int NextStart(string text, ReadOnlySpan<Token> tokens, int shift, int start, int next, int end, List<int>? sentences)
    {
        int inside = next, repeated = 0;
        for (int i = tokens.Length - 1; i > 0; i--)
        {
            int first = tokens[i].Start + shift;
            if (tokens[i].End + shift > end)
            {
                continue;
            }

            if (++repeated > _options.OverlapTokens || first <= start)
            {
                break;
            }

            if (tokens[i].Start < tokens[i - 1].End)
            {
                // A later token of the same character.
                continue;
            }

            if (sentences is null)
            {
                inside = first;
            }

            if (sentences is null ? char.IsWhiteSpace(text[first - 1]) : sentences.BinarySearch(first) >= 0)
            {
                next = first;
            }
        }

        // Scripts without blanks repeat tokens.
        return next < end ? next : inside;
    }

    private static int AfterCharacter(string text, int start) =>
        Math.Min(text.Length, start + (start + 1 < text.Length && char.IsSurrogatePair(text[start], text[start + 1]) ? 2 : 1));

    private static int SkipBlanks(string text, int start, int to)
    {
        while (start < to && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        return start;
    }

    private static int TrimEnd(string text, int start, int to)
    {
        while (to > start && char.IsWhiteSpace(text[to - 1]))
        {
            to--;
        }

        return to;
    }
}
