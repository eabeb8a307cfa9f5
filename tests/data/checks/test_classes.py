from opsin.data.checks.classes import absences, class_sizes
from opsin.data.things import Things


def said(problems):
    return [(problem.kind, problem.said) for problem in problems]


def entries(**counts):
    return [f"{name.replace('_', ' ')}" for name, count in counts.items() for _ in range(count)]


def test_a_class_with_few_pictures_is_told(data_of):
    assert said(class_sizes(data_of(*entries(cat=19, dog=20)), [])) == [("few", "cat: 19 to learn from")]


def test_only_what_is_learned_from_counts(data_of):
    data = data_of(*entries(cat_train=19, cat_test=50, dog_train=20))
    assert said(class_sizes(data, [])) == [("few", "cat: 19 to learn from")]


def test_three_times_as_many_are_unbalanced_and_less_are_not(data_of):
    assert said(class_sizes(data_of(*entries(cat=20, dog=59)), [])) == []
    uneven = said(class_sizes(data_of(*entries(cat=20, dog=60)), []))
    assert uneven == [("imbalance", "dog has 60 pictures to learn from, cat has 20")]


def test_the_smallest_class_weighs_most(data_of):
    weights = {problem.said[:3]: problem.weight for problem in class_sizes(data_of(*entries(cat=5, dog=7)), [])}
    assert weights["cat"] > weights["dog"]


def test_a_class_that_a_part_lacks_is_told(data_of):
    data = data_of("cat train", "dog train", "cat validation", "dog validation", "cat test")
    assert said(absences(data, [])) == [("absent", "dog: none in test")]


def test_data_without_parts_lack_nothing(data_of):
    assert said(absences(data_of("cat", "dog"), [])) == []


def test_of_boxes_the_things_are_counted(boxed_of):
    data = boxed_of([Things([[0, 0, 9, 9]] * 70, [0] * 70), Things([[0, 0, 9, 9]] * 20, [1] * 20)])
    assert said(class_sizes(data, [])) == [("imbalance", "cat has 70 things to learn from, dog has 20")]
