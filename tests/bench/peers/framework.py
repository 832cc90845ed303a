"""The same echo for functions-framework."""


def echo(request):
    return request.get_data()
