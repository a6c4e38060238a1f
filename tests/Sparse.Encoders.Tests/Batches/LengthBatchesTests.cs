using CsCheck;
using Sparse.Encoders.Batches;

namespace Sparse.Encoders.Tests.Batches;

internal sealed class LengthBatchesTests
{
    [Test]
    public void Every_text_is_in_one_batch_and_no_batch_of_two_is_over_the_budget() =>
        Gen.Select(Gen.Int[1, 512].Array[0, 100], Gen.Int[1, 2000]).Sample(
            (lengths, budget) =>
            {
                List<ArraySegment<int>> batches = LengthBatches.Make(lengths, budget);
                return batches.SelectMany(batch => batch).Order().SequenceEqual(Enumerable.Range(0, lengths.Length))
                    && batches.All(batch => batch.Count is 1 || (batch.Max(text => lengths[text]) * batch.Count <= budget && batch.Count <= LengthBatches.MaxTexts))
                    && batches.All(batch => lengths[batch[0]] == batch.Max(text => lengths[text]));
            },
            seed: "0000000000001");

    [Test]
    public void Texts_of_like_length_share_a_batch() =>
        Assert.That(LengthBatches.Make([10, 200, 11, 190], 400).Select(batch => batch.ToArray()), Is.EqualTo(new int[][] { [1, 3], [2, 0] }));
}
