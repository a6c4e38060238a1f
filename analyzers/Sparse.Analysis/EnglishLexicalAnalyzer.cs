using Lucene.Net.Analysis;
using Lucene.Net.Analysis.Core;
using Lucene.Net.Analysis.En;
using Lucene.Net.Util;

namespace Sparse.Analysis;

/// <summary>English words for BM25: runs of letters and digits, lower case, without Lucene's 33 stop words, Porter stems.</summary>
/// <remarks>Porter, "An algorithm for suffix stripping", Program 14(3), 1980. Safe for concurrent use, as every Lucene analyzer is.</remarks>
public sealed class EnglishLexicalAnalyzer : Analyzer
{
    /// <inheritdoc/>
    protected override TokenStreamComponents CreateComponents(string fieldName, TextReader reader)
    {
        var tokenizer = new LetterDigitTokenizer(reader);
        TokenStream words = new LowerCaseFilter(LuceneVersion.LUCENE_48, tokenizer);
        words = new StopFilter(LuceneVersion.LUCENE_48, words, StopAnalyzer.ENGLISH_STOP_WORDS_SET);
        return new TokenStreamComponents(tokenizer, new PorterStemFilter(words));
    }
}
